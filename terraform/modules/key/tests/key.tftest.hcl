variables {
  name        = "movies"
  bucket_name = "acme-movies"
}

run "only_our_bucket_speaks_for_s3" {
  command = apply

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[1].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:s3:::acme-movies"
    error_message = "S3 may use the key for another bucket"
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "the key is never rotated"
  }
}
