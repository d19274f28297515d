variables {
  name       = "movies"
  subnet_ids = ["subnet-a", "subnet-b"]
  admin_arns = ["arn:aws:iam::000000000000:role/admin"]

  reached_from_vpc = true
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
    condition     = jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "NetworkPolicies are not enforced"
  }

  assert {
    condition     = output.oidc_issuer == "https://issuer.example.com"
    error_message = "pods cannot assume roles"
  }
}

run "add_ons_are_ours_alone_and_nodes_find_a_network" {
  command = apply

  assert {
    condition     = aws_eks_cluster.this.bootstrap_self_managed_addons == false
    error_message = "EKS installs add-ons by itself, with which ours conflict"
  }

  assert {
    condition = alltrue([for addon in concat(values(aws_eks_addon.before_nodes), values(aws_eks_addon.on_nodes)) :
    addon.resolve_conflicts_on_create == "OVERWRITE"])
    error_message = "an add-on that is there already ends the first apply"
  }

  assert {
    condition     = keys(aws_eks_addon.before_nodes) == ["kube-proxy", "vpc-cni"] && contains(keys(aws_eks_addon.on_nodes), "coredns")
    error_message = "nodes would wait for their network, or pods of add-ons for nodes"
  }

  assert {
    condition     = aws_eks_addon.on_nodes["aws-ebs-csi-driver"].service_account_role_arn == aws_iam_role.volumes[0].arn
    error_message = "volumes cannot be created"
  }
}

run "a_cluster_that_nobody_could_enter" {
  command = plan

  variables {
    admin_arns = []
  }

  expect_failures = [var.admin_arns]
}

run "a_session_is_no_principal_of_eks" {
  command = plan

  variables {
    admin_arns = ["arn:aws:sts::000000000000:assumed-role/admin/me"]
  }

  expect_failures = [var.admin_arns]
}

run "a_cluster_that_nobody_could_reach" {
  command = plan

  variables {
    reached_from_vpc = false
  }

  expect_failures = [aws_eks_cluster.this]
}

run "the_whole_internet_is_no_network_of_ours" {
  command = plan

  variables {
    public_access_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.public_access_cidrs]
}

run "with_admins_and_an_open_door" {
  command = plan

  variables {
    public_access_cidrs = ["192.0.2.0/24"]
    reached_from_vpc    = false
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
