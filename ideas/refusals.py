from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import Reason, declare

declare(
    {
        "already_endorsed": Reason(_("You already support this initiative.")),
        "not_endorsed": Reason(_("You do not support this initiative.")),
        "already_decided": Reason(_("The municipality has already decided on this initiative.")),
        "below_threshold": Reason(_("This initiative has not reached the support it needs.")),
    }
)
