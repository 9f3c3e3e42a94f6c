from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import FORBIDDEN, INVALID, Reason, declare

declare(
    {
        "not_resident": Reason(
            _("This is for residents of this place. Show on your page that you live here, then try again."), FORBIDDEN
        ),
        "not_on_register": Reason(
            _("We did not find you on the municipality's list. Check the number and the date, or come to the desk."),
            INVALID,
        ),
        "go_to_the_desk": Reason(
            _("Five tries did not match. Come to the municipality's desk with your document: they will help you."),
            FORBIDDEN,
        ),
        "already_attested": Reason(_("It is already attested where you live.")),
        "register_line_used": Reason(
            _("This document has already been used by another account. Come to the desk with it.")
        ),
        "register_file_repeated": Reason(_("This very file has already been imported.")),
        "register_unreadable": Reason(_("The list could not be read: %(problem)s"), INVALID),
        "register_broken_rows": Reason(_("Nothing was imported. Mend these lines: %(lines)s"), INVALID),
        "address_of_another": Reason(
            _("There is an account with another spelling of this address. Sign in with that spelling.")
        ),
        "no_such_account": Reason(_("Nobody has signed up with this address. Let them sign up first."), INVALID),
        "office_already_held": Reason(_("This person already holds this office here.")),
    }
)
