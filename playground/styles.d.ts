// Style sheets are imported for what they do: the build puts them into a file of their own.
declare module "*.css";
