package io.meshrpc.api;

import java.util.List;

/**
 * A service and its methods, in the order of the {@code .proto} file.
 *
 * @param name full protobuf name, such as {@code shop.v1.Orders}
 * @param methods may be empty
 */
public record ServiceDescriptor(String name, List<MethodDescriptor<?, ?>> methods) {
  /** Copies the list. */
  public ServiceDescriptor {
    methods = List.copyOf(methods);
  }
}
