// As much of JSON Schema as the schema of a context has.

/** A schema, or a part of one. */
export interface ContextSchema {
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly description?: string;
  readonly properties?: { readonly [name: string]: ContextSchema };
  readonly items?: ContextSchema;
  /** `#/$defs/NAME` of the whole. */
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: ContextSchema };
}
