package io.meshrpc.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Authorizer} made of rules: what no rule allows is denied. A rule names callers by one of
 * their {@linkplain PeerIdentity#names names}, such as {@code orders.prod.example} or {@code
 * spiffe://prod/orders}. In it, {@code *} stands for one or more characters other than dots and
 * slashes, and {@code **} for one or more of any kind; capitals and small letters differ. A caller
 * without a proven name is never allowed anything. Immutable.
 *
 * <pre>{@code
 * Permissions.builder()
 *     .allow("orders.prod.example", "shop.v1.Stock")
 *     .allow("*.audit.example", "shop.v1.Orders", "GetOrder", "ListOrders")
 *     .allowAll("admin.prod.example")
 *     .build()
 * }</pre>
 */
public final class Permissions implements Authorizer {
  private static final int DECISIONS_MAX = 10_000;

  private final List<Rule> rules;
  private final ConcurrentHashMap<Question, Boolean> decisions = new ConcurrentHashMap<>();

  private Permissions(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** By names, for the same identity may get others. */
  private record Question(List<String> names, MethodDescriptor<?, ?> method) {}

  private record Rule(
      Pattern name, @Nullable String service, @Nullable Set<String> methods) {
    boolean allows(PeerIdentity caller, MethodDescriptor<?, ?> method) {
      return (service == null || service.equals(method.service()))
          && (methods == null || methods.contains(method.name()))
          && caller.names().stream().anyMatch(known -> name.matcher(known).matches());
    }
  }

  /** Begins with no rule, which denies everything. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public boolean mayCall(PeerIdentity caller, MethodDescriptor<?, ?> method) {
    Question question = new Question(caller.names(), method);
    Boolean known = decisions.get(question);
    if (known != null) {
      return known;
    }
    boolean allowed = rules.stream().anyMatch(rule -> rule.allows(caller, method));
    if (decisions.size() >= DECISIONS_MAX) {
      decisions.clear();
    }
    decisions.put(question, allowed);
    return allowed;
  }

  /** Collects rules. */
  public static final class Builder {
    private final List<Rule> rules = new ArrayList<>();

    private Builder() {}

    /** Callers of such a name may call every method of every service. */
    public Builder allowAll(String name) {
      rules.add(new Rule(pattern(name), null, null));
      return this;
    }

    /** Callers of such a name may call every method of a service, given by its full protobuf name. */
    public Builder allow(String name, String service) {
      rules.add(new Rule(pattern(name), nonEmpty("service", service), null));
      return this;
    }

    /** Callers of such a name may call these methods of a service, given by their simple names. */
    public Builder allow(String name, String service, String method, String... more) {
      List<String> methods = new ArrayList<>(Arrays.asList(more));
      methods.add(method);
      methods.forEach(one -> nonEmpty("method", one));
      rules.add(new Rule(pattern(name), nonEmpty("service", service), Set.copyOf(methods)));
      return this;
    }

    /** Callers of such a name may call these methods. */
    public Builder allow(
        String name, MethodDescriptor<?, ?> method, MethodDescriptor<?, ?>... more) {
      allow(name, method.service(), method.name());
      for (MethodDescriptor<?, ?> one : more) {
        allow(name, one.service(), one.name());
      }
      return this;
    }

    /** The rules. */
    public Permissions build() {
      return new Permissions(rules);
    }

    private static Pattern pattern(String name) {
      String regex = Arrays.stream(nonEmpty("name", name).split("\\*\\*", -1))
          .map(Builder::withinALabel)
          .collect(Collectors.joining(".+"));
      return Pattern.compile(regex, Pattern.DOTALL);
    }

    private static String withinALabel(String text) {
      return Arrays.stream(text.split("\\*", -1))
          .map(Pattern::quote)
          .collect(Collectors.joining("[^./]+"));
    }

    private static String nonEmpty(String what, String text) {
      if (Objects.requireNonNull(text, what).isEmpty()) {
        throw new IllegalArgumentException(what + ": empty (expected: at least one character)");
      }
      return text;
    }
  }
}
