package io.meshrpc.security;

/** CURVE, the security of ZeroMQ itself. */
public final class CurveSecurity implements MeshSecurity {
  private CurveSecurity() {}
}
