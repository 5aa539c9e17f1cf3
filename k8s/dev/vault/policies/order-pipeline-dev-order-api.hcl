path "kv/data/order-pipeline-dev/jwt-secret" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-dev/url-signing-keys" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-dev/redis-url" {
  capabilities = ["read"]
}

path "aws/creds/order-pipeline-dev-order-api" {
  capabilities = ["read"]
}
