from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import INVALID, Reason, declare

declare(
    {
        "phase_not_open": Reason(_("This step of the consultation is not open now.")),
        "collecting_not_open": Reason(_("Initiatives are not being collected now.")),
        "consultation_incomplete": Reason(_("Before publishing, complete what the check lists.")),
        "already_published": Reason(_("This consultation is already published.")),
        "not_published": Reason(_("This consultation is not published yet.")),
        "language_not_of_place": Reason(_("Choose one of the languages of this place."), INVALID),
        "budget_not_positive": Reason(
            _("The budget must be more than nothing. Leave it empty if there is none."), INVALID
        ),
        "threshold_out_of_range": Reason(_("Choose a number of supporters between 0 and 1,000,000."), INVALID),
        "unknown_phase": Reason(_("This step is not one of those a consultation can have."), INVALID),
        "phase_twice": Reason(_("A step appears twice."), INVALID),
        "phase_backwards": Reason(_("The step must end after it begins."), INVALID),
        "phase_edge_missing": Reason(_("A step needs a beginning and an end."), INVALID),
        "phases_overlap": Reason(_("Each step begins only after the one before it has ended."), INVALID),
        "phase_over": Reason(_("This step has ended. What has ended is not moved.")),
        "phase_already_open": Reason(_("This step has begun: its beginning stays. Its end can still be moved.")),
        "instant_in_past": Reason(_("This moment has passed. Choose one that is still to come."), INVALID),
        "round_is_set": Reason(
            _("The vote is already set up with its own opening and close. Only an extension of the vote can move it.")
        ),
    }
)
