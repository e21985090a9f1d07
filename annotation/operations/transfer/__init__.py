"""Data in and out: items by request, files by jobs."""

from annotation.operations.transfer.exports import export_name, open_export, start_export
from annotation.operations.transfer.imports import start_import
from annotation.operations.transfer.items import Added, add_items
from annotation.operations.transfer.jobs import claim_job, collect_files, stuck_jobs
from annotation.operations.transfer.run import run_job
from annotation.operations.transfer.vector_files import start_vectors

__all__ = [
    "Added",
    "add_items",
    "claim_job",
    "collect_files",
    "export_name",
    "open_export",
    "run_job",
    "start_export",
    "start_import",
    "start_vectors",
    "stuck_jobs",
]
