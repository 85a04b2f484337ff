package io.meshrpc.api;

import java.util.Objects;

/**
 * One method of a service. Generated code holds one constant for each, and so should you: clients and load
 * balancers keep what they learn of a method under its descriptor, and one that is made anew for each call, with
 * marshallers of its own, is another method to them each time.
 *
 * @param service full protobuf name of the service, such as {@code shop.v1.Orders}
 * @param name simple protobuf name of the method, such as {@code PlaceOrder}; without a slash, as the service's
 * @param idempotency what the contract says about a second execution
 * @param request how requests become bytes
 * @param reply how replies become bytes
 * @param <Q> the request's type
 * @param <R> the reply's type
 */
public record MethodDescriptor<Q, R>(
    String service,
    String name,
    Idempotency idempotency,
    Marshaller<Q> request,
    Marshaller<R> reply) {
  /** Checks that nothing is null or empty, and that the full name can be read in one way only. */
  public MethodDescriptor {
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(idempotency, "idempotency");
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(reply, "reply");
    if (service.isEmpty() || name.isEmpty()) {
      throw new IllegalArgumentException(
          "method: \"" + service + "/" + name + "\" (expected: names that are not empty)");
    }
    if (service.indexOf('/') >= 0 || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "method: \"" + service + "/" + name + "\" (expected: names without a slash)");
    }
  }

  /** Service and method: {@code shop.v1.Orders/PlaceOrder}. */
  public String fullName() {
    return service + "/" + name;
  }

  @Override
  public int hashCode() { // on the way of each call; names tell methods apart well enough
    return 31 * service.hashCode() + name.hashCode();
  }

  @Override
  public String toString() {
    return fullName();
  }
}
