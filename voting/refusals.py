from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import INVALID, Reason, declare

declare(
    {
        "round_not_open_yet": Reason(_("Voting has not opened yet.")),
        "round_closed": Reason(_("Voting has closed. Your vote came after the instant and was not counted.")),
        "request_of_another": Reason(_("This page belongs to somebody else's vote. Load the ballot again.")),
        "unknown_option": Reason(_("One of the options is not on this ballot. Load the page again."), INVALID),
        "repeated_option": Reason(_("An option is chosen twice."), INVALID),
        "too_many_options": Reason(_("You have chosen more options than the rules allow."), INVALID),
        "too_few_options": Reason(_("Choose at least as many options as the rules ask for."), INVALID),
        "over_budget": Reason(_("What you have chosen costs more than the budget. Take something out."), INVALID),
        "malformed_ballot": Reason(_("This ballot could not be read. Load the page again."), INVALID),
        "rule_invalid": Reason(_("This voting rule does not work: %(problem)s"), INVALID),
        "language_unknown": Reason(_("Give the language of the question as a code such as “uk”."), INVALID),
        "currency_unknown": Reason(_("Give the currency as three letters, such as UAH."), INVALID),
        "instants_invalid": Reason(_("Voting must close later than it opens."), INVALID),
        "opens_in_the_past": Reason(
            _("Voting cannot open in the past: residents must be able to read the rules first."), INVALID
        ),
        "options_missing": Reason(_("There is nothing to vote for. Add at least one option."), INVALID),
        "options_too_many": Reason(_("At most %(limit)s options fit on one ballot."), INVALID),
        "options_repeat": Reason(_("The same option stands on the ballot twice."), INVALID),
        "option_without_title": Reason(_("Option %(number)s has no title."), INVALID),
        "option_too_long": Reason(_("The title or the text of option %(number)s is too long."), INVALID),
        "option_cost_invalid": Reason(_("The cost of option %(number)s is not an amount of money."), INVALID),
        "extension_not_later": Reason(_("Voting can only be extended: choose a later instant."), INVALID),
        "not_counted_yet": Reason(_("The votes have not been counted yet.")),
    }
)
