"""A team that is not there: people with skill, speed and noise, working through the REST API like everybody else."""
