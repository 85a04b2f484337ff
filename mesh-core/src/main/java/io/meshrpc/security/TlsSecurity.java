package io.meshrpc.security;

/** TLS 1.3, with certificates on both sides. */
public final class TlsSecurity implements MeshSecurity {
  private TlsSecurity() {}
}
