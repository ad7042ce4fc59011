terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_kms_key" "uploads" {
  description         = "Encrypts what users upload"
  enable_key_rotation = true
}

resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "uploads-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.uploads.arn
    }
  }
}

resource "aws_sqs_queue" "jobs" {
  name                    = "thumbnails"
  sqs_managed_sse_enabled = true
}

# S3 asks the queue whether it may send before it takes this, so the queue's policy comes first.
resource "aws_s3_bucket_notification" "uploads" {
  bucket     = aws_s3_bucket.uploads.bucket
  depends_on = [aws_sqs_queue_policy._--jobs]

  queue {
    queue_arn     = aws_sqs_queue.jobs.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "in/"
  }
}

resource "aws_lambda_function" "thumbnails" {
  function_name = "thumbnails"
  role          = aws_iam_role.Thumbnails.arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  filename      = "thumbnails.zip"
}

# Lambda asks the role whether it may take from the queue.
resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.thumbnails.arn
  depends_on       = [aws_iam_role_policy.Thumbnails]
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "thumbnails-nightly"
  schedule_expression = "cron(0 2 * * ? *)"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_lambda_function.thumbnails.arn
}
