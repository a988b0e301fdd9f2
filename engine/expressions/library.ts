// Loads every module of authentik's, Django's and requests', each of which registers itself.
import "./django/html.ts";
import "./django/timezone.ts";
import "./django/validators.ts";
import "./json-forms.ts";
import "./models/modules.ts";
import "./requests/module.ts";
import "./unavailable.ts";
