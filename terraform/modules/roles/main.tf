# One role for each program, with exactly the permissions that its code needs.
locals {
  issuer = trimprefix(var.oidc_issuer, "https://")

  # Service accounts of Kubernetes that may assume a role: <namespace>:<name>. The operator's runs the commands of the playbook.
  accounts = merge(
    { for role in ["worker", "gateway", "operator"] : role => [for release in var.releases : "${var.namespace}:${release}-${role}"] },
    var.keda_service_account == null ? {} : { keda = [var.keda_service_account] },
  )

  trust = { for role, accounts in local.accounts : role => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "${local.issuer}:sub" = [for account in accounts : "system:serviceaccount:${account}"]
        "${local.issuer}:aud" = "sts.amazonaws.com"
      } }
    }]
  }) }

  # Paths of the domain: its version, our indices and aliases, and the swap of aliases.
  domain_paths = var.domain == null ? [] : [
    "${var.domain.arn}/", "${var.domain.arn}/${var.domain.index}*", "${var.domain.arn}/_alias/${var.domain.index}*", "${var.domain.arn}/_aliases",
  ]

  # Backups: a repository and its snapshots, and how far a restore is.
  snapshot_paths = var.domain == null ? [] : ["${var.domain.arn}/_snapshot*", "${var.domain.arn}/_cat/*", "${var.domain.arn}/_cluster/health*"]

  # Searches are sent by POST; nothing else that the gateway sends is. Worker or operator create a missing index.
  search_paths = var.domain == null ? [] : [
    for call in ["_search", "_msearch", "_mget"] : "${var.domain.arn}/${var.domain.index}*/${call}"
  ]
  writes = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"]

  asks_domain = var.domain == null ? { gateway = [], worker = [], operator = [] } : {
    gateway = [
      { Sid = "SearchNodes", Effect = "Allow", Action = ["es:ESHttpGet", "es:ESHttpHead"], Resource = slice(local.domain_paths, 0, 3) },
      { Sid = "Searches", Effect = "Allow", Action = ["es:ESHttpPost"], Resource = local.search_paths },
    ]
    worker   = [{ Sid = "SearchNodes", Effect = "Allow", Action = local.writes, Resource = local.domain_paths }]
    operator = [{ Sid = "SearchNodes", Effect = "Allow", Action = local.writes, Resource = concat(local.domain_paths, local.snapshot_paths) }]
  }

  uses_key = [for key in var.kms_key_arn[*] :
  { Sid = "Key", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [key] }]

  statements = merge(
    {
      worker = concat(
        [
          { Sid = "Listing", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [var.bucket_arn] },
          { Sid = "Objects", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${var.bucket_arn}/*"] },
          { Sid = "Receipts", Effect = "Allow", Action = ["s3:PutObject"], Resource = ["${var.bucket_arn}/receipts/*"] },
          {
            Sid    = "Queue"
            Effect = "Allow"
            Action = [
              "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
            ]
            Resource = [var.queue_arn]
          },
          { Sid = "DeadLetters", Effect = "Allow", Action = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"], Resource = [var.dead_letters_arn] },
        ],
        local.uses_key,
        local.asks_domain.worker,
      )
      # reconcile, approve, redrive and seed send hints to the queue, which the worker never does.
      operator = concat(
        [
          { Sid = "Listing", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [var.bucket_arn] },
          { Sid = "Objects", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${var.bucket_arn}/*"] },
          { Sid = "Hints", Effect = "Allow", Action = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"], Resource = [var.queue_arn] },
          {
            Sid      = "DeadLetters"
            Effect   = "Allow"
            Action   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage"]
            Resource = [var.dead_letters_arn]
          },
        ],
        local.uses_key,
        local.asks_domain.operator,
      )
    },
    var.domain == null ? {} : { gateway = local.asks_domain.gateway },
    var.keda_service_account == null ? {} : {
      keda = [{ Sid = "Depth", Effect = "Allow", Action = ["sqs:GetQueueAttributes"], Resource = [var.queue_arn] }]
    },
  )
}

resource "aws_iam_role" "this" {
  for_each = local.accounts

  name               = "${var.name}-${each.key}"
  description        = "WIKIMovie: ${each.key}, service account ${join(", ", each.value)}"
  assume_role_policy = local.trust[each.key]
  tags               = var.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = local.statements

  name   = each.key
  role   = aws_iam_role.this[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

# A data provider uploads, replaces and removes files below its own prefix, and reads their receipts.
resource "aws_iam_role" "provider" {
  for_each = var.providers_by_prefix

  name        = "${var.name}-provider-${trimsuffix(each.key, "/")}"
  description = "WIKIMovie: delivers ${each.key}"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      { Effect = "Allow", Principal = { AWS = each.value.principals }, Action = "sts:AssumeRole" },
      # Who works for several accounts may not be talked into using this role for another one.
      each.value.external_id == null ? {} : { Condition = { StringEquals = { "sts:ExternalId" = each.value.external_id } } },
    )]
  })
}

resource "aws_iam_role_policy" "provider" {
  for_each = var.providers_by_prefix

  name = "deliver"
  role = aws_iam_role.provider[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Sid = "Deliver", Effect = "Allow", Action = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], Resource = ["${var.bucket_arn}/${each.key}*"] },
        { Sid = "Read", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${var.bucket_arn}/${each.key}*", "${var.bucket_arn}/receipts/${each.key}*"] },
        {
          Sid       = "Listing"
          Effect    = "Allow"
          Action    = ["s3:ListBucket"]
          Resource  = [var.bucket_arn]
          Condition = { StringLike = { "s3:prefix" = ["${each.key}*", "receipts/${each.key}*"] } }
        },
      ],
      local.uses_key,
    )
  })
}
