package io.meshrpc.bench;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells gRPC the servers that stand in the target's name. */
final class StaticResolver extends NameResolver {
  private static final String SCHEME = "bench";

  private final List<String> addresses;

  private StaticResolver(List<String> addresses) {
    this.addresses = addresses;
  }

  static String target(List<String> addresses) {
    return SCHEME + ":///" + String.join(",", addresses);
  }

  @Override
  public String getServiceAuthority() {
    return "localhost";
  }

  @Override
  public void start(Listener2 listener) {
    List<EquivalentAddressGroup> groups = new ArrayList<>();
    for (String address : addresses) {
      String[] parts = address.split(":", 2);
      groups.add(
          new EquivalentAddressGroup(new InetSocketAddress(parts[0], Integer.parseInt(parts[1]))));
    }
    listener.onResult(ResolutionResult.newBuilder()
        .setAddressesOrError(StatusOr.fromValue(groups))
        .build());
  }

  @Override
  public void shutdown() {
    // Nothing runs.
  }

  /** Makes resolvers for the scheme. */
  static final class Provider extends NameResolverProvider {
    @Override
    public @Nullable NameResolver newNameResolver(URI target, Args args) {
      return SCHEME.equals(target.getScheme())
          ? new StaticResolver(List.of(target.getPath().substring(1).split(",", -1)))
          : null;
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 1; // other schemes stay with their own resolvers
    }
  }
}
