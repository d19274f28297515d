# A managed domain in a VPC. The roles' own policies (module roles) set permissions, path by path. The domain's
# fine-grained access control stays off: its roles can only be mapped by calls to the domain, which Terraform cannot make,
# and until then the gateway would have no access.
data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account = "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:root"
  arn     = "arn:${data.aws_partition.this.partition}:es:${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}:domain/${var.name}"
}

# Without it a domain cannot be put into a VPC; an account has it once, however many domains there are.
resource "aws_iam_service_linked_role" "this" {
  count = var.service_linked_role ? 1 : 0

  aws_service_name = "opensearchservice.amazonaws.com"
  description      = "Network interfaces of OpenSearch domains in VPCs"
}

resource "aws_security_group" "this" {
  name        = "${var.name}-search"
  description = "Access to the search domain ${var.name}"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  count = length(var.client_security_group_ids)

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = var.client_security_group_ids[count.index]
  description                  = "Gateway and worker"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts with its own keys by default; kms_key_arn sets another
  for_each = toset(["application", "index-slow", "search-slow"])

  name              = "/aws/opensearch/${var.name}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_resource_policy" "this" {
  policy_name = "${var.name}-search"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = [for group in values(aws_cloudwatch_log_group.this) : "${group.arn}:*"]
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }]
  })
}

resource "aws_opensearch_domain" "this" {
  #checkov:skip=CKV_AWS_247:a key of AWS is the default; kms_key_arn sets another
  #checkov:skip=CKV_AWS_317:audit logs are a part of fine-grained access control, which stays off (above); CloudTrail records changes of the domain
  #checkov:skip=CKV2_AWS_52:stays off, see above
  #checkov:skip=CKV_AWS_318:three masters are the default; 0 is for evaluation
  #checkov:skip=CKV2_AWS_59:three masters are the default; 0 is for evaluation
  domain_name    = var.name
  engine_version = var.engine_version
  tags           = var.tags

  cluster_config {
    instance_type            = var.data_type
    instance_count           = var.data_nodes
    dedicated_master_enabled = var.master_nodes > 0
    dedicated_master_count   = var.master_nodes > 0 ? var.master_nodes : null
    dedicated_master_type    = var.master_nodes > 0 ? var.master_type : null
    zone_awareness_enabled   = length(var.subnet_ids) > 1

    dynamic "zone_awareness_config" {
      for_each = length(var.subnet_ids) > 1 ? [length(var.subnet_ids)] : []

      content {
        availability_zone_count = zone_awareness_config.value
      }
    }
  }

  ebs_options {
    ebs_enabled = true
    volume_type = "gp3"
    volume_size = var.volume_gib
  }

  vpc_options {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.this.id]
  }

  encrypt_at_rest {
    enabled    = true
    kms_key_id = var.kms_key_arn
  }

  node_to_node_encryption {
    enabled = true
  }

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }

  # Policies of the account decide: a principal without a policy for the domain has no access.
  access_policies = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = local.account }, Action = "es:ESHttp*", Resource = "${local.arn}/*" }]
  })

  dynamic "log_publishing_options" {
    for_each = { application = "ES_APPLICATION_LOGS", index-slow = "INDEX_SLOW_LOGS", search-slow = "SEARCH_SLOW_LOGS" }

    content {
      log_type                 = log_publishing_options.value
      cloudwatch_log_group_arn = aws_cloudwatch_log_group.this[log_publishing_options.key].arn
    }
  }

  # Permissions are by path: no request may name another index in its body.
  advanced_options = {
    "rest.action.multi.allow_explicit_index" = "false"
  }

  auto_tune_options {
    desired_state = "ENABLED"
  }

  off_peak_window_options {
    enabled = true
  }

  software_update_options {
    auto_software_update_enabled = true
  }

  lifecycle {
    precondition {
      condition     = var.data_nodes % length(var.subnet_ids) == 0
      error_message = "data_nodes must be a multiple of the zones (subnet_ids)"
    }
  }

  depends_on = [aws_cloudwatch_log_resource_policy.this, aws_iam_service_linked_role.this]
}

# Those that AWS recommends for a domain, and one for requests that are about to wait.
locals {
  alarms = merge(
    {
      red      = { metric = "ClusterStatus.red", statistic = "Maximum", over = 0, minutes = 1, why = "Movies are missing from answers, or all are" }
      yellow   = { metric = "ClusterStatus.yellow", statistic = "Maximum", over = 0, minutes = 15, why = "Copies are missing: a node less and movies are" }
      space    = { metric = "FreeStorageSpace", statistic = "Minimum", under = var.volume_gib * 1024 / 4, minutes = 5, why = "Less than a quarter of a volume is free: soon nothing can be written" }
      storage  = { metric = "ClusterIndexWritesBlocked", statistic = "Maximum", over = 0, minutes = 5, why = "Nothing can be written: volumes are full, or memory is" }
      memory   = { metric = "JVMMemoryPressure", statistic = "Maximum", over = 92, minutes = 5, why = "Nodes are about to refuse questions" }
      cpu      = { metric = "CPUUtilization", statistic = "Average", over = 80, minutes = 15, why = "Questions are about to wait for each other: more or larger data nodes" }
      nodes    = { metric = "Nodes", statistic = "Minimum", under = var.data_nodes + var.master_nodes, minutes = 60, why = "A node has been missing for an hour, and was not replaced" }
      snapshot = { metric = "AutomatedSnapshotFailure", statistic = "Maximum", over = 0, minutes = 1, why = "The hourly backup failed" }
    },
    var.master_nodes == 0 ? {} : {
      master-reachable = { metric = "MasterReachableFromNode", statistic = "Minimum", under = 1, minutes = 15, why = "The master stopped, or data nodes cannot reach it" }
      master-cpu       = { metric = "MasterCPUUtilization", statistic = "Average", over = 50, minutes = 15, why = "Masters are too small for the cluster" }
      master-memory    = { metric = "MasterJVMMemoryPressure", statistic = "Maximum", over = 92, minutes = 5, why = "A master is about to stop" }
    },
    var.kms_key_arn == null ? {} : {
      key-error        = { metric = "KMSKeyError", statistic = "Maximum", over = 0, minutes = 1, why = "The key of the data is disabled: the domain stops until it is enabled" }
      key-inaccessible = { metric = "KMSKeyInaccessible", statistic = "Maximum", over = 0, minutes = 1, why = "The key of the data is deleted or may not be used: the data is lost if it stays so" }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-search-${each.key}"
  alarm_description   = each.value.why
  namespace           = "AWS/ES"
  metric_name         = each.value.metric
  dimensions          = { DomainName = var.name, ClientId = data.aws_caller_identity.this.account_id }
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = each.value.minutes
  comparison_operator = can(each.value.over) ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = try(each.value.over, each.value.under)
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
