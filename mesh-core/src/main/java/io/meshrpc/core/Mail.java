package io.meshrpc.core;

/**
 * Something that is handed to a node's engine, from any thread, to be opened on its loop.
 *
 * @param <E> the engine
 */
@FunctionalInterface
public interface Mail<E> {
  /** Runs on the loop. */
  void open(E engine, long nowNs);
}
