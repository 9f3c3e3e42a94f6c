from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import INVALID, Reason, declare

declare(
    {
        "round_not_open_yet": Reason(_("Voting has not opened yet.")),
        "round_closed": Reason(_("Voting has closed. Your vote came after the instant and was not counted.")),
        "unknown_option": Reason(_("One of the options is not on this ballot. Load the page again."), INVALID),
        "repeated_option": Reason(_("An option is chosen twice."), INVALID),
        "too_many_options": Reason(_("You have chosen more options than the rules allow."), INVALID),
        "too_few_options": Reason(_("Choose at least as many options as the rules ask for."), INVALID),
        "over_budget": Reason(_("What you have chosen costs more than the rules allow. Take something out."), INVALID),
        "malformed_ballot": Reason(_("This ballot could not be read. Load the page again."), INVALID),
    }
)
