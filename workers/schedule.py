"""What runs by the clock. Each entry is a hint like any other: twice is as good as once."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "workers.sweep", "schedule": 5.0, "options": {"expires": 10, "queue": "deliver"}},
    "release expired leases": {
        "task": "workers.release_expired",
        "schedule": 5.0,
        "options": {"expires": 10, "queue": "deliver"},
    },
    "canary": {"task": "workers.canary", "schedule": 10.0, "options": {"expires": 20, "queue": "deliver"}},
    "collect": {"task": "workers.collect", "schedule": 3600.0, "options": {"expires": 3600, "queue": "deliver"}},
}
