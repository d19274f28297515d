package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// attribute, block and nested are what `cargo xtask provider-schemas` prints.
type attribute struct {
	Type     any  `json:"type"`
	Optional bool `json:"optional"`
	Required bool `json:"required"`
	Computed bool `json:"computed"`
}

type block struct {
	Attributes map[string]attribute `json:"attributes"`
	Blocks     map[string]nested    `json:"block_types"`
}

type nested struct {
	Mode     string `json:"nesting_mode"`
	Block    block  `json:"block"`
	MinItems int64  `json:"min_items"`
	MaxItems int64  `json:"max_items"`
}

type described struct {
	Block block `json:"block"`
}

type schemas struct {
	Provider    described            `json:"provider"`
	Resources   map[string]described `json:"resource_schemas"`
	DataSources map[string]described `json:"data_source_schemas"`
}

// read reads schema.json beside the program.
func read() (schemas, error) {
	var all schemas
	program, err := os.Executable()
	if err != nil {
		return all, err
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(program), "schema.json"))
	if err != nil {
		return all, err
	}
	return all, json.Unmarshal(text, &all)
}

// typeOf reads a type as Terraform writes it: "string", or ["list", "string"] and the like.
func typeOf(written any) tftypes.Type {
	switch written := written.(type) {
	case string:
		switch written {
		case "string":
			return tftypes.String
		case "number":
			return tftypes.Number
		case "bool":
			return tftypes.Bool
		}
	case []any:
		switch written[0] {
		case "list":
			return tftypes.List{ElementType: typeOf(written[1])}
		case "set":
			return tftypes.Set{ElementType: typeOf(written[1])}
		case "map":
			return tftypes.Map{ElementType: typeOf(written[1])}
		case "object":
			attributes := map[string]tftypes.Type{}
			for name, inner := range written[1].(map[string]any) {
				attributes[name] = typeOf(inner)
			}
			return tftypes.Object{AttributeTypes: attributes}
		}
	}
	return tftypes.DynamicPseudoType
}

// schemaOf makes the protocol's schema. Whatever a resource leaves out at its top the provider may fill; below and in the
// provider's own block it may not, or Terraform would take every slip for something to be computed.
func schemaOf(from block, fills bool) *tfprotov5.SchemaBlock {
	made := &tfprotov5.SchemaBlock{}
	for name, attribute := range from.Attributes {
		made.Attributes = append(made.Attributes, &tfprotov5.SchemaAttribute{
			Name:     name,
			Type:     typeOf(attribute.Type),
			Required: attribute.Required,
			Optional: attribute.Optional,
			Computed: !attribute.Required && (fills || !attribute.Optional),
		})
	}
	for name, inner := range from.Blocks {
		nesting := tfprotov5.SchemaNestedBlockNestingModeList
		switch inner.Mode {
		case "set":
			nesting = tfprotov5.SchemaNestedBlockNestingModeSet
		case "single":
			nesting = tfprotov5.SchemaNestedBlockNestingModeSingle
		}
		made.BlockTypes = append(made.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name,
			Block:    schemaOf(inner.Block, false),
			Nesting:  nesting,
			MinItems: inner.MinItems,
			MaxItems: inner.MaxItems,
		})
	}
	sort.Slice(made.Attributes, func(i, j int) bool { return made.Attributes[i].Name < made.Attributes[j].Name })
	sort.Slice(made.BlockTypes, func(i, j int) bool { return made.BlockTypes[i].TypeName < made.BlockTypes[j].TypeName })
	return made
}
