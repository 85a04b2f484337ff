package io.meshrpc.zmq;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A routing id as a key. */
record RouteName(byte[] bytes) {
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RouteName name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
