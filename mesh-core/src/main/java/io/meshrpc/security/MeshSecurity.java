package io.meshrpc.security;

/**
 * How a node proves who it is, and whom it believes. A client and a server can only speak with each
 * other if both have the same kind. One instance may serve any number of nodes; safe to use from any
 * thread.
 */
public sealed interface MeshSecurity permits TlsSecurity, CurveSecurity {}
