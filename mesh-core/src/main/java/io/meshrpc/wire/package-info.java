/**
 * What goes over the wire: one record for each record of {@code mesh.proto}, and the codec that turns
 * a {@link io.meshrpc.wire.Batch} into the bytes of one frame and back. Everything here is a value or
 * a pure function, safe to use from any thread. Bytes of strangers are judged here and nowhere else:
 * what {@link io.meshrpc.wire.BatchCodec#decode} returns is well-formed, though it may be nonsense.
 */
@NullMarked
package io.meshrpc.wire;

import org.jspecify.annotations.NullMarked;
