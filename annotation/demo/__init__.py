"""A project to look at: the support inbox of a shop that does not exist, with a team that is not there."""
