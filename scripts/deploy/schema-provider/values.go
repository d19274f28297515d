package main

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const account = "000000000000"

// Region that made-up names are of, unless the configuration says another. Set before anything is asked.
var region = "eu-west-1"

// unknown is what a plan says of what AWS will make up.
func unknown(_ string, _ map[string]tftypes.Value, of tftypes.Type) tftypes.Value {
	return tftypes.NewValue(of, tftypes.UnknownValue)
}

// madeUp stands in for what AWS makes up: by resource, from its own name where AWS does so, so that what refers to it can be
// told from what refers to another.
func madeUp(resource string) func(string, map[string]tftypes.Value, tftypes.Type) tftypes.Value {
	return func(attribute string, set map[string]tftypes.Value, of tftypes.Type) tftypes.Value {
		switch {
		case of.Is(tftypes.String):
			return tftypes.NewValue(of, text(resource, attribute, set))
		case of.Is(tftypes.Number):
			return tftypes.NewValue(of, big.NewFloat(1))
		case of.Is(tftypes.Bool):
			return tftypes.NewValue(of, false)
		}
		if object, is := of.(tftypes.List); is {
			return list(resource, attribute, set, object)
		}
		return tftypes.NewValue(of, nil)
	}
}

// list has one element where that is an object whose attributes others refer to, such as an issuer's address.
func list(resource, attribute string, set map[string]tftypes.Value, of tftypes.List) tftypes.Value {
	element, is := of.ElementType.(tftypes.Object)
	if !is {
		return tftypes.NewValue(of, nil)
	}
	inner := map[string]tftypes.Value{}
	for name, kind := range element.AttributeTypes {
		inner[name] = madeUp(resource+"_"+attribute)(name, set, kind)
	}
	return tftypes.NewValue(of, []tftypes.Value{tftypes.NewValue(element, inner)})
}

func text(resource, attribute string, set map[string]tftypes.Value) string {
	name := nameOf(set)
	arn := func(service, rest string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, account, rest)
	}
	switch resource + "." + attribute {
	case "aws_caller_identity.account_id", "aws_ecr_repository.registry_id":
		return account
	case "aws_partition.partition":
		return "aws"
	case "aws_partition.dns_suffix":
		return "amazonaws.com"
	case "aws_region.region", "aws_region.name", "aws_region.id":
		return region
	case "aws_s3_bucket.arn":
		return "arn:aws:s3:::" + name
	case "aws_s3_bucket.id":
		return name
	case "aws_sqs_queue.arn":
		return arn("sqs", name)
	case "aws_sqs_queue.url", "aws_sqs_queue.id":
		return fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", region, account, name)
	case "aws_iam_role.arn":
		return fmt.Sprintf("arn:aws:iam::%s:role/%s", account, name)
	case "aws_iam_role.id":
		return name
	case "aws_iam_openid_connect_provider.arn":
		return fmt.Sprintf("arn:aws:iam::%s:oidc-provider/issuer.example.com", account)
	case "aws_kms_key.arn":
		return arn("kms", "key/made-up")
	case "aws_opensearch_domain.arn":
		return arn("es", "domain/"+name)
	case "aws_opensearch_domain.endpoint":
		return fmt.Sprintf("vpc-%s.%s.es.amazonaws.com", name, region)
	case "aws_ecr_repository.repository_url":
		return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", account, region, name)
	case "aws_eks_cluster_identity_oidc.issuer":
		return "https://issuer.example.com"
	}
	if attribute == "arn" {
		return arn(strings.Split(resource, "_")[1], name)
	}
	return fmt.Sprintf("made-up-%s-%s", strings.TrimPrefix(resource, "aws_"), attribute)
}

// nameOf is what a resource is called, by whichever attribute.
func nameOf(set map[string]tftypes.Value) string {
	for _, attribute := range []string{"name", "bucket", "domain_name"} {
		var name string
		value, is := set[attribute]
		if is && value.IsKnown() && !value.IsNull() && value.As(&name) == nil {
			return name
		}
	}
	return "made-up"
}

// fill sets what is computed and not set: with what value, `with` tells.
func fill(
	schema *tfprotov5.Schema,
	from block,
	dynamic *tfprotov5.DynamicValue,
	with func(string, map[string]tftypes.Value, tftypes.Type) tftypes.Value,
) (*tfprotov5.DynamicValue, error) {
	of := schema.ValueType()
	value, err := dynamic.Unmarshal(of)
	if err != nil || value.IsNull() {
		return dynamic, err
	}
	set := map[string]tftypes.Value{}
	if err := value.As(&set); err != nil {
		return nil, err
	}
	for _, attribute := range schema.Block.Attributes {
		given := set[attribute.Name]
		described := from.Attributes[attribute.Name]
		computed := described.Computed && !described.Optional || attribute.Name == "id" || attribute.Name == "region"
		if !given.IsKnown() || given.IsNull() && computed {
			set[attribute.Name] = with(attribute.Name, set, attribute.Type)
		}
	}
	made, err := tfprotov5.NewDynamicValue(of, tftypes.NewValue(of, set))
	return &made, err
}
