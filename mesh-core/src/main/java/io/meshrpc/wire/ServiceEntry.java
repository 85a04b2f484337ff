package io.meshrpc.wire;

import java.util.List;

/**
 * A service that a server offers.
 *
 * @param name full protobuf name
 * @param methods its methods
 */
public record ServiceEntry(String name, List<MethodEntry> methods) {
  /** Keeps its own list. */
  public ServiceEntry {
    methods = List.copyOf(methods);
  }
}
