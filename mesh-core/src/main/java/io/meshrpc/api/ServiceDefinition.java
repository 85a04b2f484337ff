package io.meshrpc.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** A service and the handlers that serve it: what generated {@code bind} methods return. */
public final class ServiceDefinition {
  private final ServiceDescriptor descriptor;
  private final Map<MethodDescriptor<?, ?>, Handler<?, ?>> handlers;

  private ServiceDefinition(
      ServiceDescriptor descriptor, Map<MethodDescriptor<?, ?>, Handler<?, ?>> handlers) {
    this.descriptor = descriptor;
    this.handlers = handlers;
  }

  /** Begins a definition in which every method of the descriptor must get a handler. */
  public static Builder builder(ServiceDescriptor descriptor) {
    return new Builder(descriptor);
  }

  /** What is served. */
  public ServiceDescriptor descriptor() {
    return descriptor;
  }

  /** The handler of a method of this service. */
  @SuppressWarnings("unchecked") // the builder takes only handlers of the method's types
  public <Q, R> Handler<Q, R> handler(MethodDescriptor<Q, R> method) {
    return (Handler<Q, R>) Objects.requireNonNull(handlers.get(method), method::fullName);
  }

  /** Collects handlers. */
  public static final class Builder {
    private final ServiceDescriptor descriptor;
    private final Map<MethodDescriptor<?, ?>, Handler<?, ?>> handlers = new LinkedHashMap<>();

    private Builder(ServiceDescriptor descriptor) {
      this.descriptor = Objects.requireNonNull(descriptor, "descriptor");
    }

    /** Serves a method with a handler that blocks until its reply is there. */
    public <Q, R> Builder blocking(MethodDescriptor<Q, R> method, BlockingHandler<Q, R> handler) {
      Objects.requireNonNull(handler, "handler");
      return async(method, request -> CompletableFuture.completedFuture(handler.handle(request)));
    }

    /** Serves a method with a handler that may answer later. */
    public <Q, R> Builder async(MethodDescriptor<Q, R> method, Handler<Q, R> handler) {
      Objects.requireNonNull(method, "method");
      Objects.requireNonNull(handler, "handler");
      if (!descriptor.methods().contains(method)) {
        throw new IllegalArgumentException(
            "method: " + method + " (expected: a method of " + descriptor.name() + ")");
      }
      if (handlers.putIfAbsent(method, handler) != null) {
        throw new IllegalArgumentException(
            "method: " + method + " (expected: one handler for each method)");
      }
      return this;
    }

    /**
     * The definition.
     *
     * @throws IllegalStateException if a method has no handler
     */
    public ServiceDefinition build() {
      for (MethodDescriptor<?, ?> method : descriptor.methods()) {
        if (!handlers.containsKey(method)) {
          throw new IllegalStateException(method + " has no handler");
        }
      }
      return new ServiceDefinition(descriptor, Map.copyOf(handlers));
    }
  }
}
