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
