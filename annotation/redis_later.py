"""The client of the broker, imported with its first use: a web process starts a quarter sooner without it."""

from modeling.later import Later

redis = Later("redis")
