path "kv/data/order-pipeline-dev/redis-url" {
  capabilities = ["read"]
}

path "aws/creds/order-pipeline-dev-order-processor" {
  capabilities = ["read"]
}
