from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import Reason, declare

declare(
    {
        "phase_not_open": Reason(_("This step of the consultation is not open now.")),
        "consultation_incomplete": Reason(_("Before publishing, complete what the check lists.")),
        "already_published": Reason(_("This consultation is already published.")),
    }
)
