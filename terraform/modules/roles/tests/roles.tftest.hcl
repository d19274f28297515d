variables {
  name              = "movies"
  oidc_provider_arn = "arn:aws:iam::000000000000:oidc-provider/issuer.example.com/id/ABC"
  oidc_issuer       = "https://issuer.example.com/id/ABC"
  bucket_arn        = "arn:aws:s3:::acme-movies"
  queue_arn         = "arn:aws:sqs:eu-west-1:000000000000:movies"
  dead_letters_arn  = "arn:aws:sqs:eu-west-1:000000000000:movies-dead-letters"
}

run "each_role_is_one_service_account_s" {
  command = apply

  assert {
    condition = jsondecode(aws_iam_role.this["worker"].assume_role_policy).Statement[0].Condition.StringEquals == {
      "issuer.example.com/id/ABC:sub" = ["system:serviceaccount:movies:wikimovie-worker"]
      "issuer.example.com/id/ABC:aud" = "sts.amazonaws.com"
    }
    error_message = "another pod may assume the worker's role"
  }

  assert {
    condition     = output.keda_arn == null && length(output.provider_arns) == 0
    error_message = "there are roles that were not requested"
  }
}

run "the_worker_may_what_it_does" {
  command = plan

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this["worker"].policy).Statement : statement.Sid => statement.Action } == {
      Listing     = ["s3:ListBucket"]
      Objects     = ["s3:GetObject"]
      Receipts    = ["s3:PutObject"]
      Queue       = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
      DeadLetters = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"]
    }
    error_message = "the worker has more or fewer permissions than its code needs"
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.this["worker"].policy).Statement : statement.Resource if statement.Sid == "Receipts"] == [
      ["arn:aws:s3:::acme-movies/receipts/*"],
    ]
    error_message = "the worker may overwrite a provider's files"
  }

  assert {
    condition     = !contains(keys(aws_iam_role_policy.this), "gateway")
    error_message = "the gateway has permissions although it does not use AWS"
  }
}

run "on_a_managed_domain" {
  command = plan

  variables {
    domain               = { arn = "arn:aws:es:eu-west-1:000000000000:domain/movies" }
    kms_key_arn          = "arn:aws:kms:eu-west-1:000000000000:key/k"
    keda_service_account = "keda:keda-operator"
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_role_policy.this["gateway"].policy).Statement :
      length(setsubtract(statement.Action, ["es:ESHttpGet", "es:ESHttpHead"])) == 0 || (
    statement.Action == ["es:ESHttpPost"] && alltrue([for path in statement.Resource : can(regex("/movies[*]/_(search|msearch|mget)$", path))]))])
    error_message = "the gateway may do more than read"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.this["gateway"].policy).Statement[0].Resource == [
      "arn:aws:es:eu-west-1:000000000000:domain/movies/",
      "arn:aws:es:eu-west-1:000000000000:domain/movies/movies*",
      "arn:aws:es:eu-west-1:000000000000:domain/movies/_alias/movies*",
    ]
    error_message = "the gateway may read other indices"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["keda"].policy).Statement[0].Action == ["sqs:GetQueueAttributes"]
    error_message = "KEDA may do more than read the queue's depth"
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.this["worker"].policy, "kms:Decrypt")
    error_message = "the worker cannot read encrypted objects"
  }
}

run "the_operator_may_what_the_playbook_does" {
  command = plan

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this["operator"].policy).Statement : statement.Sid => statement.Action } == {
      Listing     = ["s3:ListBucket"]
      Objects     = ["s3:GetObject"]
      Hints       = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"]
      DeadLetters = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage"]
    }
    error_message = "reconcile, approve or redrive are denied, or the operator may more"
  }
}

run "several_releases_share_the_roles" {
  command = plan

  variables {
    releases = ["wikimovie", "wikimovie-next"]
  }

  assert {
    condition = jsondecode(aws_iam_role.this["gateway"].assume_role_policy).Statement[0].Condition.StringEquals["issuer.example.com/id/ABC:sub"] == [
      "system:serviceaccount:movies:wikimovie-gateway", "system:serviceaccount:movies:wikimovie-next-gateway",
    ]
    error_message = "the second release may not assume the role"
  }
}

run "a_provider_delivers_below_its_prefix" {
  command = plan

  variables {
    providers_by_prefix = { "acme/" = { principals = ["arn:aws:iam::111111111111:root"], external_id = "acme-movies-1" } }
  }

  assert {
    condition     = jsondecode(aws_iam_role.provider["acme/"].assume_role_policy).Statement[0].Condition.StringEquals["sts:ExternalId"] == "acme-movies-1"
    error_message = "anybody of the provider's account may be talked into delivering"
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.provider["acme/"].policy).Statement :
      statement.Resource if contains(statement.Action, "s3:PutObject") || contains(statement.Action, "s3:DeleteObject")])) == toset([
      "arn:aws:s3:::acme-movies/acme/*",
    ])
    error_message = "a provider may write outside its prefix"
  }
}

run "receipts_are_no_provider_s" {
  command = plan

  variables {
    providers_by_prefix = { "receipts/" = { principals = ["arn:aws:iam::111111111111:role/delivery"] } }
  }

  expect_failures = [var.providers_by_prefix]
}

run "a_whole_account_needs_an_external_id" {
  command = plan

  variables {
    providers_by_prefix = { "acme/" = { principals = ["arn:aws:iam::111111111111:root"] } }
  }

  expect_failures = [var.providers_by_prefix]
}
