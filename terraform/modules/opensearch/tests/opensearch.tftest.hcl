variables {
  name                      = "movies"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-a", "subnet-b", "subnet-c"]
  client_security_group_ids = ["sg-nodes"]
}

run "by_default" {
  command = apply

  assert {
    condition = alltrue([
      aws_opensearch_domain.this.encrypt_at_rest[0].enabled,
      aws_opensearch_domain.this.node_to_node_encryption[0].enabled,
      aws_opensearch_domain.this.domain_endpoint_options[0].enforce_https,
    ])
    error_message = "traffic or data is not encrypted"
  }

  assert {
    condition     = jsondecode(aws_opensearch_domain.this.access_policies).Statement[0].Principal.AWS == "arn:aws:iam::000000000000:root"
    error_message = "other accounts have access"
  }

  assert {
    condition     = aws_opensearch_domain.this.cluster_config[0].zone_awareness_config[0].availability_zone_count == 3
    error_message = "the nodes are not spread over the zones"
  }

  assert {
    condition     = output.replicas == 2 && startswith(output.url, "https://")
    error_message = "the chart gets the wrong number of replicas"
  }

  assert {
    condition     = length(aws_opensearch_domain.this.log_publishing_options) == 3
    error_message = "not all logs are stored"
  }
}

run "on_an_account_that_never_had_a_domain" {
  command = plan

  assert {
    condition     = aws_iam_service_linked_role.this[0].aws_service_name == "opensearchservice.amazonaws.com"
    error_message = "the first domain in a VPC cannot be created: the service-linked role is missing"
  }

  assert {
    condition     = aws_opensearch_domain.this.advanced_options["rest.action.multi.allow_explicit_index"] == "false"
    error_message = "a request may name an index of others in its body, past the paths of the roles"
  }
}

run "on_an_account_that_has_the_role" {
  command = plan

  variables {
    service_linked_role = false
  }

  assert {
    condition     = length(aws_iam_service_linked_role.this) == 0
    error_message = "the role is created a second time, which IAM refuses"
  }
}

run "tells_what_aws_recommends_to_tell" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/k"
  }

  assert {
    condition = length(setsubtract(
      ["ClusterStatus.red", "ClusterStatus.yellow", "FreeStorageSpace", "ClusterIndexWritesBlocked", "Nodes", "AutomatedSnapshotFailure", "CPUUtilization",
      "JVMMemoryPressure", "MasterCPUUtilization", "MasterJVMMemoryPressure", "KMSKeyError", "KMSKeyInaccessible", "MasterReachableFromNode"],
      [for alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name],
    )) == 0
    error_message = "an alarm of AWS's list is missing"
  }

  assert {
    condition = (aws_cloudwatch_metric_alarm.this["space"].comparison_operator == "LessThanThreshold" &&
    aws_cloudwatch_metric_alarm.this["space"].threshold == 12800 && aws_cloudwatch_metric_alarm.this["nodes"].threshold == 6)
    error_message = "a full volume or a missing node is not told"
  }
}

run "on_one_zone_without_masters" {
  command = plan

  variables {
    subnet_ids   = ["subnet-a"]
    data_nodes   = 1
    master_nodes = 0
  }

  assert {
    condition     = !aws_opensearch_domain.this.cluster_config[0].zone_awareness_enabled && length(aws_opensearch_domain.this.cluster_config[0].zone_awareness_config) == 0
    error_message = "one zone must not enable zone awareness"
  }
}

run "nodes_that_zones_cannot_share_evenly" {
  command = plan

  variables {
    data_nodes = 4
  }

  expect_failures = [aws_opensearch_domain.this]
}
