"""The ways in which a project's items become vectors, by the name that its setting `representation` takes."""

POOL = "pool"
EXTERNAL = "external"
AVAILABLE = (POOL, EXTERNAL)


def representation_refusal(name: object) -> dict[str, str]:
    """Returns what is wrong with the setting, by its field; nothing when it can be used."""
    if name in AVAILABLE:
        return {}
    return {"settings.representation": f"must be one of {', '.join(AVAILABLE)}"}
