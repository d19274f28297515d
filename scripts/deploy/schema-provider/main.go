// A provider that has the schemas of AWS's and calls nothing: enough to validate, plan and test a configuration.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const address = "registry.terraform.io/hashicorp/aws"

type provider struct {
	// What is not written below (imports, functions, ephemeral resources) no configuration of ours asks for.
	tfprotov5.ProviderServer
	from        schemas
	own         *tfprotov5.Schema
	resources   map[string]*tfprotov5.Schema
	dataSources map[string]*tfprotov5.Schema
}

func newProvider(from schemas) *provider {
	all := func(from map[string]described) map[string]*tfprotov5.Schema {
		made := map[string]*tfprotov5.Schema{}
		for name, described := range from {
			made[name] = &tfprotov5.Schema{Block: schemaOf(described.Block, true)}
		}
		return made
	}
	return &provider{
		from:        from,
		own:         &tfprotov5.Schema{Block: schemaOf(from.Provider.Block, false)},
		resources:   all(from.Resources),
		dataSources: all(from.DataSources),
	}
}

func (p *provider) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	return &tfprotov5.GetMetadataResponse{ServerCapabilities: &tfprotov5.ServerCapabilities{}}, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		Provider:           p.own,
		ResourceSchemas:    p.resources,
		DataSourceSchemas:  p.dataSources,
		ServerCapabilities: &tfprotov5.ServerCapabilities{},
	}, nil
}

func (p *provider) PrepareProviderConfig(_ context.Context, asked *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: asked.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, asked *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	config, err := asked.Config.Unmarshal(p.own.ValueType())
	if err != nil {
		return nil, err
	}
	set := map[string]tftypes.Value{}
	if err := config.As(&set); err != nil {
		return nil, err
	}
	if given, is := set["region"]; is && given.IsKnown() && !given.IsNull() {
		if err := given.As(&region); err != nil {
			return nil, err
		}
	}
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (p *provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

// Terraform itself has checked names and types against the schema before it asks.
func (p *provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (p *provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (p *provider) UpgradeResourceState(_ context.Context, asked *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	of := p.resources[asked.TypeName].ValueType()
	value, err := asked.RawState.Unmarshal(of)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov5.NewDynamicValue(of, value)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (p *provider) ReadResource(_ context.Context, asked *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: asked.CurrentState, Private: asked.Private}, nil
}

func (p *provider) ReadDataSource(_ context.Context, asked *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	name := asked.TypeName
	state, err := fill(p.dataSources[name], p.from.DataSources[name].Block, asked.Config, madeUp(name))
	return &tfprotov5.ReadDataSourceResponse{State: state}, err
}

func (p *provider) PlanResourceChange(_ context.Context, asked *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	schema := p.resources[asked.TypeName]
	prior, err := asked.PriorState.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	planned := asked.ProposedNewState
	if prior.IsNull() {
		planned, err = fill(schema, p.from.Resources[asked.TypeName].Block, planned, unknown)
	}
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: planned, PlannedPrivate: asked.PriorPrivate}, err
}

func (p *provider) ApplyResourceChange(_ context.Context, asked *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	name := asked.TypeName
	state, err := fill(p.resources[name], p.from.Resources[name].Block, asked.PlannedState, madeUp(name))
	return &tfprotov5.ApplyResourceChangeResponse{NewState: state, Private: asked.PlannedPrivate}, err
}

func main() {
	from, err := read()
	if err != nil {
		log.Fatal(err)
	}
	served := newProvider(from)
	if err := tf5server.Serve(address, func() tfprotov5.ProviderServer { return served }); err != nil {
		log.Fatal(err)
	}
}
