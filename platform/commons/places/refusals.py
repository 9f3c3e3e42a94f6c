from django.utils.translation import gettext_lazy as _

from commons.kernel.verdicts import INVALID, Reason, declare

declare(
    {
        "place_exists": Reason(_("A place with this address or register code is already there.")),
        "place_name_missing": Reason(_("Give the name in the place's own language."), INVALID),
        "unknown_time_zone": Reason(_("This time zone is not known."), INVALID),
    }
)
