package io.meshrpc.core;

/** The moment that an engine was last told of, shared by its parts, so that ages are never stale. */
final class Now {
  long ns;
}
