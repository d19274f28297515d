variables {
  name  = "movies"
  zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
}

run "without_a_way_out_by_default" {
  command = apply

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.private) == 0
    error_message = "private subnets reach the internet"
  }

  assert {
    condition = length(setsubtract(
      ["ecr.api", "ecr.dkr", "sqs", "sts", "kms", "logs"],
      [for endpoint in aws_vpc_endpoint.this : trimprefix(endpoint.service_name, "com.amazonaws.eu-west-1.") if endpoint.private_dns_enabled],
    )) == 0 && aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "a service that nodes or pods call is unreachable without NAT"
  }

  assert {
    condition     = length(distinct(concat([for subnet in aws_subnet.private : subnet.cidr_block], [for subnet in aws_subnet.public : subnet.cidr_block]))) == 6
    error_message = "subnets overlap"
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.tags["kubernetes.io/role/elb"] == "1"]) && length(output.public_subnet_ids) == 3
    error_message = "the load balancer controller finds no subnet"
  }
}

run "with_nat_in_each_zone" {
  command = plan

  variables {
    nat = "each"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_route.private) == 3
    error_message = "a zone depends on another one's NAT"
  }
}

run "with_one_nat" {
  command = plan

  variables {
    nat = "one"
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1a"] && length(aws_route.private) == 3
    error_message = "not every zone has a way out"
  }
}

run "one_zone_is_not_enough" {
  command = plan

  variables {
    zones = ["eu-west-1a"]
  }

  expect_failures = [var.zones]
}
