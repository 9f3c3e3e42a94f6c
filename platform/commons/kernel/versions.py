"""Version floors of what carries known advisories below them: an old install must not start."""

from __future__ import annotations

from importlib.metadata import version

FLOORS = {
    "django": (5, 2, 19),
    "daphne": (4, 2, 2),
    "django-allauth": (65, 21, 1),
    "channels-redis": (4, 3, 0),
}


def require_floors() -> None:
    """Raise RuntimeError if an installed package is older than its floor."""
    for package, floor in FLOORS.items():
        installed = tuple(int(part) for part in version(package).split(".")[:3] if part.isdigit())
        if installed < floor:
            wanted = ".".join(map(str, floor))
            raise RuntimeError(f"{package} {version(package)} has known flaws: at least {wanted} is needed")
