variables {
  name       = "movies"
  subnet_ids = ["subnet-a", "subnet-b"]
}

run "by_default" {
  command = apply

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "the API server can be reached from the internet"
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == aws_kms_key.this[0].arn
    error_message = "Secrets are not encrypted"
  }

  assert {
    condition     = aws_launch_template.node.metadata_options[0].http_put_response_hop_limit == 1 && aws_launch_template.node.metadata_options[0].http_tokens == "required"
    error_message = "pods can use the node's role"
  }

  assert {
    condition     = jsondecode(aws_eks_addon.this["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "NetworkPolicies are not enforced"
  }

  assert {
    condition     = output.oidc_issuer == "https://issuer.example.com"
    error_message = "pods cannot assume roles"
  }
}

run "with_admins_and_an_open_door" {
  command = plan

  variables {
    admin_arns          = ["arn:aws:iam::000000000000:role/admin"]
    public_access_cidrs = ["192.0.2.0/24"]
    kms_key_arn         = "arn:aws:kms:eu-west-1:000000000000:key/k"
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && length(aws_kms_key.this) == 0
    error_message = "public access is not enabled, or an unneeded key is created"
  }

  assert {
    condition     = tolist([for entry in aws_eks_access_policy_association.admin : entry.principal_arn]) == var.admin_arns
    error_message = "the administrators have no access"
  }
}
