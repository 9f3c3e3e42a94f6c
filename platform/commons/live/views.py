from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from commons.accounts.visitors import visitor
from commons.kernel.verdicts import Refused

from . import queries
from .hub import frame_text
from .topics import permitted


@never_cache
@require_GET
def since(request: HttpRequest) -> JsonResponse:
    """The same log for who has no socket: frames of a topic after a number, in order."""
    topic, seq = request.GET.get("topic", ""), request.GET.get("since", "0")
    if not seq.isascii() or not seq.isdecimal() or len(seq) > 18:
        return JsonResponse({"code": "malformed", "detail": _("since is a whole number.")}, status=400)
    if not permitted(topic, visitor(request)):
        refused = Refused("not_found")
        return JsonResponse({"code": refused.code, "detail": refused.sentence}, status=404)
    frames = [json.loads(frame_text(*frame)) for frame in queries.frames_since({topic: int(seq)})]
    return JsonResponse({"frames": frames})
