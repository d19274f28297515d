variables {
  name        = "movies"
  bucket_name = "acme-movies"
}

run "only_our_bucket_speaks_for_s3" {
  command = apply

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[1].Condition.ArnEqualsIfExists["aws:SourceArn"] == "arn:aws:s3:::acme-movies"
    error_message = "S3 may use the key for another bucket"
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "the key is never rotated"
  }
}

run "who_carries_the_events_may_encrypt_them" {
  command = plan

  variables {
    bucket_name = "acme.movies"
    events_by   = "sns"
  }

  assert {
    condition = { for statement in jsondecode(aws_kms_key.this.policy).Statement : try(statement.Principal.Service, "account") =>
      try(statement.Condition.ArnEqualsIfExists["aws:SourceArn"], "") } == {
      account             = ""
      "s3.amazonaws.com"  = "arn:aws:s3:::acme.movies"
      "sns.amazonaws.com" = "arn:aws:sns:eu-west-1:000000000000:acme-movies-objects"
    }
    error_message = "events of an encrypted topic or queue are lost"
  }
}
