"""Two API descriptions: one of OpenAPI 3.0 with references, one of Swagger 2.0."""

from __future__ import annotations

ACCOUNTS = {
    "openapi": "3.0.3",
    "info": {"title": "Accounts", "version": "1"},
    "servers": [{"url": "https://{env}.bank.example/open-api/v1/", "variables": {"env": {"default": "api"}}}],
    "security": [{"oauth": ["accounts"]}],
    "paths": {
        "/accounts/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "page", "in": "query", "schema": {"type": "integer"}},
            ],
            "get": {
                "operationId": "getAccount",
                "parameters": [
                    {
                        "name": "page",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1},
                        "example": 2,
                    },
                    {"$ref": "#/components/parameters/Language"},
                ],
                "responses": {
                    "200": {"$ref": "#/components/responses/Account"},
                    "4XX": {"description": "refused", "content": {"application/problem+json": {}}},
                    "default": {"description": "other"},
                },
            },
        },
        "/accounts/all": {
            "get": {"operationId": "all", "security": [], "responses": {"200": {"description": "x"}}}
        },
        "/accounts/{id}/{part}.json": {"get": {"responses": {}}},
        "/accounts": {
            "post": {
                "operationId": "search",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Account"},
                            "examples": {
                                "a": {"value": {"id": "1"}},
                                "b": {"$ref": "#/components/examples/B"},
                            },
                        }
                    },
                },
                "responses": {
                    "200": {"description": "x", "content": {"application/*": {"schema": {"type": "array"}}}}
                },
            }
        },
    },
    "components": {
        "parameters": {
            "Language": {
                "name": "Accept-Language",
                "in": "header",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }
        },
        "examples": {"B": {"value": {"id": "2"}}},
        "responses": {
            "Account": {
                "description": "x",
                "headers": {
                    "X-Request-Id": {"required": True, "schema": {"type": "string", "format": "uuid"}}
                },
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Account"},
                        "example": {"id": 7},
                    }
                },
            }
        },
        "schemas": {
            "Account": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string", "readOnly": True, "nullable": True},
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Account"}},
                    "elsewhere": {"$ref": "https://evil.example/schema.json"},
                },
            }
        },
        "securitySchemes": {"oauth": {"type": "oauth2"}},
    },
}

CARDS = {
    "swagger": "2.0",
    "basePath": "/gcb/api/",
    "produces": ["application/json"],
    "consumes": ["application/json"],
    "paths": {
        "/v1/cards": {
            "get": {
                "parameters": [
                    {
                        "name": "nextStartIndex",
                        "in": "query",
                        "type": "integer",
                        "minimum": 0,
                        "exclusiveMinimum": True,
                    }
                ],
                "responses": {
                    "200": {
                        "description": "x",
                        "schema": {"$ref": "#/definitions/Cards"},
                        "headers": {"X-RateLimit-Limit": {"type": "integer"}},
                        "examples": {"application/json": {"cards": []}},
                    }
                },
            },
            "post": {
                "operationId": "add",
                "parameters": [
                    {"name": "body", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Card"}}
                ],
                "responses": {"default": {"description": "x"}},
            },
        },
        "/v1/token": {
            "post": {
                "operationId": "token",
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [{"name": "grant_type", "in": "formData", "required": True, "type": "string"}],
                "responses": {},
            }
        },
    },
    "definitions": {
        "Cards": {"required": ["cards"], "properties": {"cards": {"items": {"$ref": "#/definitions/Card"}}}},
        "Card": {
            "type": "object",
            "required": ["number"],
            "properties": {"number": {"type": "string", "x-nullable": True}},
        },
    },
    "securityDefinitions": {"basic": {"type": "basic"}},
}
