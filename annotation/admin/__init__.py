"""Django's admin, for operators: look at everything, put stuck things right. Managing has its own pages."""

from django.contrib import admin

from annotation.admin import labeling, learning, projects, quality, reviewing, work

__all__ = ["labeling", "learning", "projects", "quality", "reviewing", "work"]

admin.site.site_header = admin.site.site_title = "Querent administration"
admin.site.index_title = "Operations"
