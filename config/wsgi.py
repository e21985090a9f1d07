"""The WSGI application that granian serves."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.bodies import WholeBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Nothing that is loaded here is garbage: not looking for any saves a tenth of the start, and later a look at all of it.
gc.disable()
application = WholeBodies(get_wsgi_application(), limit_bytes=settings.UPLOAD_LIMIT_BYTES)
import_module(settings.ROOT_URLCONF)
gc.freeze()
gc.enable()
