"""Schemas of the AWS provider, read out of the classes that are generated from them (npm: @cdktn/provider-aws).

    schemas.py FOLDER-OF-CLASSES NAME…  >schema.json

A NAME is a folder of the package: provider, sqs-queue, data-aws-region. Prints JSON in the shape of `terraform providers
schema`. Of a class, index.js tells each attribute's type and whether the provider computes it, index.d.ts whether it may be
left out.
"""

import json
import pathlib
import re
import sys

SCALARS = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}

# What a getter of a computed attribute returns, by the name of the method it calls.
GETTERS = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "dynamic"],
}

ATTRIBUTE = re.compile(
    r"^\s+'?\"?([a-z0-9_]+)'?\"?: \{\s*\n\s*value: .*?,\n\s*isBlock: (true|false),\n\s*type: \"(\w+)\",\n"
    r"\s*storageClassType: \"(\w+)\"",
    re.M | re.S,
)
GETTER = re.compile(
    r"// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n"
    r"(.*?)(?=\n\s+// \w+ - computed|\n\s+// =====|\Z)",
    re.S,
)


class Class:
    """One resource, data source or the provider itself."""

    def __init__(self, folder: pathlib.Path):
        self.js = (folder / "index.js").read_text()
        self.options = self._options((folder / "index.d.ts").read_text())
        self.structs = {
            m[1]: self._attributes(m[2])
            for m in re.finditer(r"^function (\w+?)ToHclTerraform\(struct\) \{(.*?)^\}", self.js, re.S | re.M)
        }
        self.classes = {
            m[1]: m[2] for m in re.finditer(r"^class (\w+) extends [\w.]+ \{(.*?)^\}", self.js, re.S | re.M)
        }

    @staticmethod
    def _attributes(body: str) -> dict:
        return {m[1]: {"block": m[2] == "true", "shape": m[3], "holds": m[4]} for m in ATTRIBUTE.finditer(body)}

    @staticmethod
    def _options(types: str) -> dict:
        """Interface to attribute to whether it may be left out."""
        made = {}
        for interface in re.finditer(r"export interface (\w+)[^{]*\{\n(.*?)\n\}", types, re.S):
            fields = {}
            for field in re.finditer(r"/\*\*(.*?)\*/\s*readonly \w+(\??): [^;]+;", interface[2], re.S):
                name = re.search(r"#(\w+) [\w.]+#\w+\}", field[1])
                if name:
                    fields[name[1]] = field[2] == "?"
            made[interface[1]] = fields
        return made

    def getters(self, of: str) -> dict:
        body, made = self.classes.get(of, ""), {}
        for m in GETTER.finditer(body):
            getter = {"computed": m[2] == "true"}
            call = re.search(r"this\.get(\w+)Attribute\('(\w+)'\)", m[5][:400])
            name = call[2] if call else m[1]
            if call:
                kind = GETTERS.get(call[1], "dynamic")
                getter["type"] = ["set", kind[1]] if "tolist" in m[5][:300] and isinstance(kind, list) else kind
            else:
                held = re.search(r'_\w+ = new (\w+?)(List|Map|OutputReference)\(this, "%s"(?:, (true|false))?' % m[1], body)
                getter["type"] = self._held(held) if held else "dynamic"
            made[name] = getter
        return made

    def _held(self, held: re.Match):
        inner = self._object(held[1])
        if held[2] == "OutputReference":
            return inner
        return ["map" if held[2] == "Map" else "set" if held[3] == "true" else "list", inner]

    def _object(self, name: str):
        return ["object", {key: getter["type"] for key, getter in self.getters(f"{name}OutputReference").items()}]

    def _type(self, attribute: dict):
        shape, holds = attribute["shape"], attribute["holds"]
        if shape == "simple":
            return SCALARS.get(holds, "dynamic")
        collection = re.match(r"(string|number|boolean|any)(List|Map)$", holds)
        if collection:
            kind = shape if shape in ("list", "set", "map") else collection[2].lower()
            return [kind, SCALARS[collection[1]]]
        if holds in SCALARS:
            return [shape, SCALARS[holds]]
        inner = self._object(re.sub(r"(List|Map)$", "", holds))
        return inner if shape == "struct" else [shape, inner]

    def block(self, attributes: dict, options: dict, of: str) -> dict:
        made, getters = {"attributes": {}, "block_types": {}}, self.getters(of)
        for name, attribute in attributes.items():
            optional = options.get(name, True)
            if attribute["block"]:
                made["block_types"][name] = self._nested(name, attribute, optional, of)
            else:
                made["attributes"][name] = {
                    "type": self._type(attribute),
                    "optional": optional,
                    "required": not optional,
                    "computed": getters.get(name, {}).get("computed", False),
                }
        for name, getter in getters.items():
            if getter["computed"] and name not in made["attributes"] and name not in made["block_types"]:
                made["attributes"][name] = {
                    "type": getter["type"],
                    "optional": False,
                    "required": False,
                    "computed": True,
                }
        return made

    def _nested(self, name: str, attribute: dict, optional: bool, of: str) -> dict:
        struct = attribute["holds"].removesuffix("List")
        # One that is kept by reference, and not in a list, comes at most once.
        single = f'new {struct}OutputReference(this, "{name}")' in self.classes.get(of, "")
        mode = "single" if attribute["shape"] == "struct" else "set" if attribute["shape"] == "set" else "list"
        inner = self.structs.get(struct[0].lower() + struct[1:], {})
        return {
            "nesting_mode": mode,
            "block": self.block(inner, self.options.get(struct, {}), f"{struct}OutputReference"),
            "min_items": 0 if optional or mode == "single" else 1,
            "max_items": 1 if single and mode != "single" else 0,
        }

    def schema(self) -> tuple[str, str, dict]:
        """Kind, name in Terraform, schema."""
        head = re.search(r"^class (\w+) extends cdkt[fn]\.Terraform(Resource|DataSource|Provider) \{(.*?)^\}", self.js, re.S | re.M)
        attributes = self._attributes(head[3][head[3].index("synthesizeHclAttributes()") :])
        name = re.search(r'tfResourceType = "(\w+)"', self.js)[1]
        return head[2], name, {"block": self.block(attributes, self.options.get(f"{head[1]}Config", {}), head[1])}


def main() -> None:
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    made = {"provider": None, "resource_schemas": {}, "data_source_schemas": {}}
    for name in names:
        kind, type_name, schema = Class(folder / name).schema()
        if kind == "Provider":
            made["provider"] = schema
        elif kind == "Resource":
            made["resource_schemas"][type_name] = schema
        else:
            made["data_source_schemas"][type_name.removeprefix("data_")] = schema
    json.dump(made, sys.stdout)


main()
