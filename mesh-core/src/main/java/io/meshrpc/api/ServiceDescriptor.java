package io.meshrpc.api;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A service and its methods, in the order of the {@code .proto} file.
 *
 * @param name full protobuf name, such as {@code shop.v1.Orders}
 * @param methods of this service, each name once; may be empty
 */
public record ServiceDescriptor(String name, List<MethodDescriptor<?, ?>> methods) {
  /** Copies the list, and checks that calls of a method can only mean one of them. */
  public ServiceDescriptor {
    if (Objects.requireNonNull(name, "name").isEmpty()) {
      throw new IllegalArgumentException("service: \"\" (expected: a name that is not empty)");
    }
    methods = List.copyOf(methods);
    Set<String> names = new HashSet<>();
    for (MethodDescriptor<?, ?> method : methods) {
      if (!method.service().equals(name)) {
        throw new IllegalArgumentException(
            "method: " + method + " (expected: a method of " + name + ")");
      }
      if (!names.add(method.name())) {
        throw new IllegalArgumentException("method: " + method + " (expected: each method once)");
      }
    }
  }
}
