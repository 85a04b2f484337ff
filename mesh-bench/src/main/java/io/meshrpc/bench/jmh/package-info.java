/**
 * JMH benchmarks of hot pieces that are public. Those of package-private pieces stand in the pieces'
 * own packages, {@code io.meshrpc.core} and {@code io.meshrpc.zmq}.
 */
@NullMarked
package io.meshrpc.bench.jmh;

import org.jspecify.annotations.NullMarked;
