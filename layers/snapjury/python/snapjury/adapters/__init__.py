"""The outside world behind the services' ports: DynamoDB, SQS, S3, files, HTTP, memory twins."""
