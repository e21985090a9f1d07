"""The web page's types are those of the schema."""

from django.core.management import call_command

from annotation.management.commands.page_types import typescript


def test_the_file_is_that_of_today() -> None:
    call_command("page_types", check=True)


def test_what_a_schema_says_in_types() -> None:
    fields = {
        "id": {"type": "integer"},
        "name": {"type": "string", "nullable": True, "description": "As given."},
        "role": {"oneOf": [{"$ref": "#/components/schemas/Role"}, {"$ref": "#/components/schemas/NullEnum"}]},
        "odds": {"type": "array", "items": {"type": "number", "nullable": True}},
        "more": {"type": "object", "additionalProperties": {}},
    }
    parts = {
        "Role": {"enum": ["owner", "annotator"]},
        "Person": {"properties": fields, "required": ["id", "role"]},
    }
    assert typescript({"components": {"schemas": parts}}).split("\n\n")[1:] == [
        "export interface Person {\n"
        "  id: number\n"
        "  /** As given. */\n"
        "  name?: string | null\n"
        "  role: Role\n"
        "  odds?: (number | null)[]\n"
        "  more?: Record<string, unknown>\n"
        "}",
        "export type Role = 'owner' | 'annotator'\n",
    ]
