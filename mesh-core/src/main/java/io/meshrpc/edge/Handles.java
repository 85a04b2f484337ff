package io.meshrpc.edge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Handles of a class's own fields, for steps that a field alone does not offer. */
public final class Handles {
  private Handles() {}

  /** Of a field of the class that looks it up; to be asked for as the class begins. */
  public static VarHandle ofField(MethodHandles.Lookup own, String name, Class<?> type) {
    try {
      return own.findVarHandle(own.lookupClass(), name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
