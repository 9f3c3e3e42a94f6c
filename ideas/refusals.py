from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import INVALID, Reason, declare

declare(
    {
        "already_endorsed": Reason(_("You already support this initiative.")),
        "not_endorsed": Reason(_("You do not support this initiative.")),
        "already_decided": Reason(_("The municipality has already decided on this initiative.")),
        "below_threshold": Reason(_("This initiative has not reached the support it needs.")),
        "idea_already_published": Reason(_("You have already published an initiative with this title here.")),
        "cost_required": Reason(_("Say what it would cost, roughly. The vote shares out a budget."), INVALID),
        "cost_out_of_range": Reason(_("This cost is not possible. Check the number of zeros."), INVALID),
        "unknown_outcome": Reason(_("Choose whether the initiative goes to the vote."), INVALID),
        "not_under_review": Reason(_("Decisions are made while initiatives are collected or under review.")),
        "nothing_shortlisted": Reason(_("No initiative is shortlisted. There is nothing to vote on yet.")),
        "undecided_left": Reason(
            _("%(number)s initiatives with enough support have no decision yet. Decide on each of them first.")
        ),
        "no_vote_phase": Reason(_("This consultation has no voting step.")),
        "vote_already_set": Reason(_("The shortlist has already been put to the vote.")),
        "vote_outside_phase": Reason(_("The vote must lie within the voting step of the consultation."), INVALID),
        "draft_too_large": Reason(_("This draft is too long to keep. Shorten it."), INVALID),
    }
)
