run "by_default" {
  command = apply

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE" && repository.image_scanning_configuration[0].scan_on_push])
    error_message = "a tag may change what it names, or nobody looks into the images"
  }

  assert {
    condition     = output.registry == "000000000000.dkr.ecr.eu-west-1.amazonaws.com/wikimovie"
    error_message = "the chart would pull from elsewhere"
  }
}
